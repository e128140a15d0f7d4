#!/usr/bin/env python3
"""A real FTP server over a folder, on a free port of 127.0.0.1, for tests.

    ftp_server.py FOLDER [--port N] [--user NAME:PASSWORD[:FOLDER]]...
        [--cut BYTES[:TIMES]] [--stall BYTES] [--no-size] [--log FILE]

Anonymous may do everything in FOLDER.  --cut breaks the connection after so
many bytes of data, in either direction, TIMES times (1); --stall lets it hang
there instead, once.  The port is the first line of its output; --log gets a
line for each command.
"""
import argparse
import logging
import warnings

warnings.filterwarnings("ignore")
from pyftpdlib.authorizers import DummyAuthorizer  # noqa: E402
from pyftpdlib.handlers import DTPHandler, FTPHandler  # noqa: E402
from pyftpdlib.servers import FTPServer  # noqa: E402

PERM = "elradfmwMT"
options = None
log = None
left = {"cut": 0, "stall": 0}


class Data(DTPHandler):
    """A data connection that may break in the middle."""

    def __init__(self, *args, **kwargs):
        self.moved = 0
        super().__init__(*args, **kwargs)

    def use_sendfile(self):
        return False

    def trouble(self, count):
        self.moved += count
        if left["cut"] > 0 and self.moved >= options.cut_bytes:
            left["cut"] -= 1
            self.cmd_channel.close()
            return True
        if left["stall"] > 0 and self.moved >= options.stall:
            left["stall"] -= 1
            self.del_channel()
            return True
        return False

    def send(self, data):
        room = len(data)
        if left["cut"] > 0:
            room = max(1, min(room, options.cut_bytes - self.moved))
        if left["stall"] > 0:
            room = max(1, min(room, options.stall - self.moved))
        sent = super().send(data[:room])
        if sent and self.trouble(sent):
            return 0
        return sent

    def recv(self, size):
        if left["cut"] > 0:
            size = max(1, min(size, options.cut_bytes - self.moved))
        data = super().recv(size)
        if data and self.trouble(len(data)):
            # What came is on disk before the connection breaks.
            if self.file_obj is not None and not self.file_obj.closed:
                self.file_obj.write(data)
                self.file_obj.flush()
            return b""
        return data


class Control(FTPHandler):
    """Says what it was asked."""

    dtp_handler = Data
    use_sendfile = False

    def pre_process_command(self, line, cmd, arg):
        if log is not None:
            shown = line if cmd != "PASS" else "PASS *"
            log.write(shown + "\n")
            log.flush()
        if cmd == "SIZE" and options.no_size:
            self.respond("502 not here")
            return
        super().pre_process_command(line, cmd, arg)


def main():
    global options, log
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", action="append", default=[])
    parser.add_argument("--cut", default="")
    parser.add_argument("--stall", type=int, default=0)
    parser.add_argument("--no-size", action="store_true")
    parser.add_argument("--log", default="")
    options = parser.parse_args()
    if options.cut:
        size, _, times = options.cut.partition(":")
        options.cut_bytes = int(size)
        left["cut"] = int(times or 1)
    left["stall"] = 1 if options.stall else 0
    log = open(options.log, "a", encoding="utf-8") if options.log else None
    authorizer = DummyAuthorizer()
    authorizer.add_anonymous(options.folder, perm=PERM)
    for user in options.user:
        name, password, *home = user.split(":")
        authorizer.add_user(name, password, home[0] if home else options.folder,
                            perm=PERM)
    Control.authorizer = authorizer
    Control.banner = "test"
    Control.auth_failed_timeout = 0
    logging.basicConfig(level=logging.CRITICAL)
    server = FTPServer(("127.0.0.1", options.port), Control)
    print(server.address[1], flush=True)
    server.serve_forever(handle_exit=True)


if __name__ == "__main__":
    main()
