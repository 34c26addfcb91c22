# SPDX-License-Identifier: Apache-2.0
"""A server that offers the status page, a snapshot and a stream of events as `engramd` does, and does with the stream what a test asks for."""

import http.server
import json
import queue
import threading

from pages import ROOT

FOLDERS = [ROOT / "Sources/EngramStatus/Page", ROOT / "Sources/EngramPictures/Modules"]
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
          "form-action 'none'; frame-ancestors 'none'")


class StatusServer:
    """Everybody who asks for events gets the snapshot, then what is sent."""

    def __init__(self, snapshot):
        self.snapshot = snapshot
        self.listeners = []
        self.refuses = False
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/"

    def send(self, kind, document):
        for listener in self.listeners:
            listener.put(f"event: {kind}\ndata: {json.dumps(document)}\n\n")

    def change(self, **fields):
        """Tells of runs that are not as they were, and keeps them for those who come."""
        for run in fields.get("runs", []):
            self.snapshot["runs"] = [run if other["run"] == run["run"] else other for other in self.snapshot["runs"]]
        self.snapshot["revision"] += 1
        self.send("change", {"schema": self.snapshot["schema"], "revision": self.snapshot["revision"], "time": self.snapshot["time"],
                             "daemon": self.snapshot["daemon"], "runs": [], "gone": [], **fields})

    def hang_up(self, refuse):
        """Ends all streams; from now on new ones are refused or not."""
        self.refuses = refuse
        for listener in self.listeners:
            listener.put(None)
        self.listeners = []

    def close(self):
        self.hang_up(True)
        self.server.shutdown()
        self.server.server_close()

    def handler(own):
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                path = self.path.split("?")[0]
                if path == "/api/v1/events":
                    return self.events()
                if path == "/":
                    return self.answer(FOLDERS[0] / "index.html")
                found = [folder / path.removeprefix("/assets/") for folder in FOLDERS if path.startswith("/assets/") and path.count("/") == 2]
                found = [file for file in found if file.is_file()]
                if not found:
                    return self.send_error(404)
                self.answer(found[0])

            def answer(self, file):
                self.send_response(200)
                self.send_header("Content-Type", KINDS[file.suffix])
                self.send_header("Content-Security-Policy", POLICY)
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(file.read_bytes())

            def events(self):
                if own.refuses:
                    return self.send_error(503)
                own_queue = queue.Queue()
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                own_queue.put(f"retry: 200\nevent: snapshot\ndata: {json.dumps(own.snapshot)}\n\n")
                own.listeners.append(own_queue)
                while (text := own_queue.get()) is not None:
                    try:
                        self.wfile.write(text.encode())
                        self.wfile.flush()
                    except OSError:
                        return

        return Handler
