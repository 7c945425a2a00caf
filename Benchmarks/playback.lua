-- What wrk sends in the playback benchmark: one path, with the pass of another viewer in each request. After `--`: the
-- path with PASS in it, and a file with a pass in each line.

local requests, at = {}, 0

function init(arguments)
    local before, after = arguments[1]:match("^(.*)PASS(.*)$")
    for pass in io.lines(arguments[2]) do
        requests[#requests + 1] = "GET " .. before .. pass .. after .. " HTTP/1.1\r\nHost: bench\r\n\r\n"
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end
