"""OBS Studio without a screen: a home of its own, one scene of a moving picture and a tone, one custom server."""

import json
import os
import signal
import time

from .process import Process

WIDTH, HEIGHT, FRAMES_PER_SECOND = 640, 360, 30

# Runs inside OBS: presses its two buttons once the file is there, and removes it.
STOP_SCRIPT = """
obs = obslua
local function look()
    local file = io.open("%s")
    if file == nil then return end
    file:close()
    obs.remove_current_callback()
    obs.obs_frontend_streaming_stop()
    obs.obs_frontend_recording_stop()
    os.remove("%s")
end
function script_load(settings) obs.timer_add(look, 100) end
"""


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(content)


class Screen(Process):
    """A screen in memory, on a display number that is free."""

    def __init__(self, site):
        super().__init__(["Xvfb", "-displayfd", "1", "-screen", "0", "1280x720x24", "-nolisten", "tcp"],
                         site.join("screen.log"))
        site.servers.append(self)
        self.wait_until(lambda: self.number() is not None)
        self.name = f":{self.number()}"

    def number(self):
        """Xvfb writes it in a line of its own once it is ready."""
        with open(self.log_path) as log:
            digits = [line.strip() for line in log if line.strip().isdigit() and line.endswith("\n")]
        return digits[0] if digits else None


class OBS(Process):
    """Streams and records the same encoder's packets, from its start until `stop`."""

    def __init__(self, site, server, key, source):
        self.home = site.join("obs-home")
        self.recordings = site.join("obs-recordings")
        self.stop_file, self.script = site.join("obs-stop"), site.join("obs-stop.lua")
        os.makedirs(self.recordings)
        self.write_configuration(server, key, source)
        self.screen = Screen(site)
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")}
        environment |= {"HOME": self.home, "XDG_CONFIG_HOME": f"{self.home}/.config", "XDG_RUNTIME_DIR": self.home,
                        "DISPLAY": self.screen.name, "LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb"}
        super().__init__(
            ["obs", "--multi", "--minimize-to-tray", "--disable-updater", "--disable-shutdown-check", "--verbose",
             "--startstreaming", "--startrecording"],
            site.join("obs.log"), environment)
        site.servers.insert(0, self)

    def write_configuration(self, server, key, source):
        folder = f"{self.home}/.config/obs-studio"
        write(f"{folder}/global.ini", """[General]
FirstRun=true
LastVersion=486539266
InfoIncrement=1
EnableAutoUpdates=false
[Basic]
Profile=Test
ProfileDir=Test
SceneCollection=Test
SceneCollectionFile=Test
[BasicWindow]
ConfirmOnExit=false
WarnBeforeStartingStream=false
WarnBeforeStoppingStream=false
""")
        profile = f"{folder}/basic/profiles/Test"
        write(f"{profile}/basic.ini", f"""[General]
Name=Test
[Output]
Mode=Simple
[SimpleOutput]
StreamEncoder=x264
VBitrate=1500
ABitrate=128
Preset=ultrafast
RecQuality=Stream
RecFormat=flv
FilePath={self.recordings}
UseAdvanced=true
x264Settings=keyint=30
[Video]
BaseCX={WIDTH}
BaseCY={HEIGHT}
OutputCX={WIDTH}
OutputCY={HEIGHT}
FPSType=1
FPSInt={FRAMES_PER_SECOND}
[Audio]
SampleRate=48000
ChannelSetup=Stereo
""")
        write(f"{profile}/service.json", json.dumps(
            {"type": "rtmp_custom", "settings": {"server": server, "key": key, "use_auth": False, "bwtest": False}}))
        write(f"{folder}/basic/scenes/Test.json", json.dumps(self.scenes(source)))

        write(self.script, STOP_SCRIPT % (self.stop_file, self.stop_file))

    def scenes(self, source):
        """One scene with one looping media file."""
        media = {"id": "ffmpeg_source", "name": "Clip", "mixers": 255, "volume": 1.0, "enabled": True,
                 "settings": {"local_file": source, "is_local_file": True, "looping": True}}
        item = {"name": "Clip", "id": 1, "visible": True, "locked": False, "pos": {"x": 0.0, "y": 0.0},
                "scale": {"x": 1.0, "y": 1.0}, "rot": 0.0, "align": 5, "bounds_type": 0,
                "bounds": {"x": 0.0, "y": 0.0}}
        scene = {"id": "scene", "name": "Scene", "settings": {"items": [item], "id_counter": 1}}
        return {"name": "Test", "current_scene": "Scene", "current_program_scene": "Scene",
                "scene_order": [{"name": "Scene"}], "sources": [media, scene],
                "modules": {"scripts-tool": [{"path": self.script, "settings": {}}]}}

    def end(self, seconds=20):
        """Ends streaming and recording as the buttons do, then the program, which no signal ends in good order."""
        write(self.stop_file, "")
        self.wait_until(lambda: not os.path.exists(self.stop_file), seconds)
        self.wait_until(lambda: "Output 'simple_stream': stopping" in self.log(), seconds)
        time.sleep(1)
        return self.stop(signal.SIGTERM, 5)

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def recording(self):
        """The file with what was streamed."""
        names = [name for name in os.listdir(self.recordings) if name.endswith(".flv")]
        return os.path.join(self.recordings, names[0]) if names else None
