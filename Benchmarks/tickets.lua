-- What wrk sends in the tickets benchmark, from one thread: one seat a request, each with the token of its
-- own member. After `--`: file of tokens, schedule, first seat, number of seats, what to do (`hold`,
-- `buy`, `look`), and after how many seconds to stop. Ends itself as soon as it is done, and prints one line.

local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long seconds; long nanoseconds; } podo_time;
    int clock_gettime(int clock, podo_time *time);
]]

local clock = ffi.new("podo_time")
local function now()
    ffi.C.clock_gettime(1, clock)
    return tonumber(clock.seconds) + tonumber(clock.nanoseconds) / 1e9
end

local tokens, schedule, next_seat, seat_count, work, seconds
local sent, held, finished, failed = 0, 0, 0, 0
local start, first_failure = nil, "-"
local payments = {}
local is_tried = false

function init(arguments)
    tokens = {}
    for line in io.lines(arguments[1]) do tokens[#tokens + 1] = line end
    schedule, next_seat, seat_count = tonumber(arguments[2]), tonumber(arguments[3]), tonumber(arguments[4])
    work, seconds = arguments[5], tonumber(arguments[6])
end

local function head(method, path, seat)
    return method .. " " .. path .. " HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer "
        .. tokens[seat % #tokens + 1] .. "\r\n"
end

local function post(path, seat, body)
    local length = "content-length: " .. #body .. "\r\n\r\n"
    return head("POST", path, seat) .. "content-type: application/json\r\n" .. length .. body
end

local filler = "GET /small.html HTTP/1.1\r\nhost: localhost\r\n\r\n"

function request()
    -- wrk asks once to see what it is like, and does not send it.
    if not is_tried then
        is_tried = true
        return filler
    end
    start = start or now()
    -- Who holds a seat pays at once, whichever connection it is.
    local payment = table.remove(payments)
    if payment then
        return post("/api/v1/payment", payment.seat, '{"reservationId":' .. payment.reservation .. ',"isSuccess":true}')
    end
    -- wrk sends on every connection as long as it runs; there is nothing left to ask for.
    if sent >= seat_count then return filler end
    local seat = next_seat
    next_seat, sent = next_seat + 1, sent + 1
    if work == "look" then return head("GET", "/api/v1/member/me/reservation", seat) .. "\r\n" end
    -- Numbers of seats are longer than Lua writes by itself.
    local id = string.format("%.0f", schedule * 1048576 + seat)
    return post("/api/v1/reservation", seat, '{"scheduleId":' .. schedule .. ',"seatIds":[' .. id .. "]}")
end

local function count(status, body)
    if string.sub(body, 1, 9) == "<!doctype" then return end
    if status == 201 and string.find(body, '"status":"PENDING"', 1, true) then
        held = held + 1
        if work == "buy" then
            local seat = tonumber(string.match(body, '"seatIds":%[(%d+)')) % 1048576
            payments[#payments + 1] = { reservation = string.match(body, '"reservationId":(%d+)'), seat = seat }
        else
            finished = finished + 1
        end
    elseif (status == 201 and string.find(body, '"COMPLETED"', 1, true)) or (status == 200 and work == "look") then
        finished = finished + 1
    else
        failed = failed + 1
        if first_failure == "-" then first_failure = status .. " " .. string.gsub(body, "%s+", " ") end
    end
end

function response(status, _, body)
    count(status, body)
    local time = now() - start
    if finished + failed < seat_count and time < seconds then return end
    print(string.format("done %d failed %d held %d seconds %.6f first %s", finished, failed, held, time, first_failure))
    io.stdout:flush()
    os.exit(0)
end
