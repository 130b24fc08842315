# SPDX-License-Identifier: GPL-2.0
"""A headless Chromium that is asked through its DevTools protocol, over a pipe: no server, no port, and no library that
Python does not bring."""

import base64
import fcntl
import json
import os
import shutil
import struct
import subprocess
import tempfile
import zlib

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What no machine needs for one answer.
PATIENCE = 120


def path():
    """Of the browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """As a context: ends the browser and forgets its profile."""

    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, to_write = os.pipe(), os.pipe()
        # Out of the way of 3 and 4, where the browser looks.
        theirs = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (to_read[0], to_write[1])]

        def place():
            os.dup2(theirs[0], 3)
            os.dup2(theirs[1], 4)

        arguments = [path(), "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self._profile.name}",
                     "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                     "--force-device-scale-factor=1", "--disable-background-networking", "--disable-component-update"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # which root can't have
        self._process = subprocess.Popen(arguments + ["about:blank"], preexec_fn=place, pass_fds=(3, 4),
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
        for fd in (*theirs, to_read[0], to_write[1]):
            os.close(fd)
        self._commands = os.fdopen(to_read[1], "wb", buffering=0)
        self._answers = os.fdopen(to_write[0], "rb")
        self._waiting = b""
        self._number = 0
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._commands.close()
        self._answers.close()
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()

    def _message(self):
        while b"\0" not in self._waiting:
            part = os.read(self._answers.fileno(), 1 << 16)
            if not part:
                raise RuntimeError("the browser has ended")
            self._waiting += part
        message, self._waiting = self._waiting.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        self._commands.write(json.dumps(command).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def wait_for(self, method):
        """The next event of that name, one that has come already counts."""
        while True:
            for at, event in enumerate(self.events):
                if event.get("method") == method:
                    return self.events.pop(at)
            self.events.append(self._message())

    def page(self, file, width=1200, height=900, scheme="light"):
        return Page(self, file, width, height, scheme)


class Page:
    """A file in a window of that size, when it has been loaded."""

    def __init__(self, browser, file, width, height, scheme):
        self._browser = browser
        browser.events.clear()
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.use_scheme(scheme)
        self.call("Page.navigate", url="file://" + os.path.abspath(file))
        browser.wait_for("Page.loadEventFired")

    def call(self, method, **parameters):
        return self._browser.call(method, self._session, **parameters)

    def use_scheme(self, scheme):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def ask(self, expression):
        """The value of what is JavaScript."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", "it threw"))
        return answer["result"].get("value")

    def click(self, selector):
        """With a mouse, in the middle of what is found first, so what lies above it gets the click."""
        x, y = self.ask(f"""(() => {{
            const found = document.querySelector({json.dumps(selector)});
            found.scrollIntoView({{block: "center", behavior: "instant"}});
            const box = found.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, whole=False):
        """As PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=whole,
                                          **({"clip": self._whole()} if whole else {}))["data"])

    def _whole(self):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def said(self):
        """What was written to the console or logged, thrown, asked of the user, or asked of elsewhere."""
        self.ask("1")  # what came before has been told
        lines = []
        for event in self._browser.events:
            method, what = event.get("method"), event.get("params", {})
            if method == "Runtime.consoleAPICalled":
                lines.append(" ".join(str(one.get("value", one.get("description"))) for one in what["args"]))
            elif method == "Runtime.exceptionThrown":
                lines.append(what["exceptionDetails"]["exception"].get("description", "it threw"))
            elif method == "Log.entryAdded":
                lines.append(what["entry"]["text"])
            elif method == "Page.javascriptDialogOpening":
                lines.append("a dialog: " + what["message"])
            elif method == "Network.requestWillBeSent" and not what["request"]["url"].startswith("file://"):
                lines.append("asked for " + what["request"]["url"])
        return lines


def colours(png):
    """How often each colour is in a picture, as (R, G, B). Of 8 bits a colour, as browsers make them."""
    at, packed = 8, b""
    while at < len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        body = png[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, type_ = struct.unpack_from(">IIBB", body)
            assert depth == 8 and type_ in (2, 6), "no picture of RGB or RGBA"
        elif kind == b"IDAT":
            packed += body
        at += size + 12
    raw, samples = zlib.decompress(packed), 3 if type_ == 2 else 4
    stride, above, counts = width * samples, bytearray(width * samples), {}
    for row in range(height):
        how, line = raw[row * (stride + 1)], bytearray(raw[row * (stride + 1) + 1:(row + 1) * (stride + 1)])
        for i in range(stride):
            left = line[i - samples] if i >= samples else 0
            corner = above[i - samples] if i >= samples else 0
            line[i] = (line[i] + predicted(how, left, above[i], corner)) & 255
        for i in range(0, stride, samples):
            colour = tuple(line[i:i + 3])
            counts[colour] = counts.get(colour, 0) + 1
        above = line
    return counts


def predicted(how, left, up, corner):
    if how < 4:
        return (0, left, up, (left + up) // 2)[how]
    nearest = left + up - corner
    return min((left, up, corner), key=lambda one: abs(nearest - one))
