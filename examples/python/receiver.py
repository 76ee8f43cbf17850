"""Receives webhooks of Waybill with the standard library alone. It is made to be copied.

    WEBHOOK_SECRET=whsec_... PORT=8000 python3 examples/python/receiver.py

WEBHOOK_SECRET may hold several secrets, separated by spaces: put the new one beside the old one while
you replace it.
"""

import base64
import binascii
import collections
import hashlib
import hmac
import json
import os
import queue
import sys
import threading
import time
import zlib
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_BODY = 4 << 20  # of what is read of a request, packed and unpacked
TOLERANCE = 5 * 60  # seconds; with more, a delivery that somebody caught could be sent to you again
REMEMBERED = 10_000  # ids, to know repeats by


def sign(key, before, body):
    """The Base64 of the HMAC-SHA256 over what stands before the body, a full stop, and the body."""
    digest = hmac.new(key, before.encode() + b"." + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def same(given, want):
    """Compares in a time that does not tell where the two differ."""
    return hmac.compare_digest(given.encode(), want.encode())


def fresh(sent, now):
    """Refuses times ahead as well: what is dated tomorrow could be sent again tomorrow."""
    return abs(now - sent) <= TOLERANCE


def catena(headers, body, secret, now):
    """Checks X-Catena-Signature: the key is the text of the secret."""
    stamp = headers.get("X-Catena-Timestamp", "")
    try:
        sent = datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        return False
    return fresh(sent, now) and same(headers.get("X-Catena-Signature", ""), sign(secret.encode(), stamp, body))


def standard(headers, body, secret, now):
    """Checks webhook-signature of Standard Webhooks, which may hold several: the key of a secret with
    whsec_ is the Base64 behind it."""
    stamp = headers.get("webhook-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit()) or not fresh(int(stamp), now):
        return False
    key = secret.encode()
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret[len("whsec_"):], validate=True)
        except binascii.Error:
            return False
    want = "v1," + sign(key, headers.get("webhook-id", "") + "." + stamp, body)
    return any([same(given, want) for given in headers.get("webhook-signature", "").split()])


def verified(headers, body, secrets, now):
    """Tells whether a body, behind its encoding, was signed with one of the secrets just now. Either form of
    signature proves that. While a secret is being replaced, X-Catena-Signature is made with the new one alone,
    and webhook-signature with both."""
    return any(catena(headers, body, s, now) or standard(headers, body, s, now) for s in secrets)


def unpacked(raw, encoding):
    """Returns the body behind its encoding, which is gzip or none."""
    if encoding != "gzip":
        return raw
    z = zlib.decompressobj(wbits=31)
    body = z.decompress(raw, MAX_BODY)
    if not z.eof:
        raise ValueError("the body is cut off or too long")
    return body


class Inbox:
    """Keeps what it has seen in memory. Yours keeps it where it keeps its data: what was answered with
    202 is not sent again."""

    def __init__(self):
        self.lock = threading.Lock()
        self.seen = collections.OrderedDict()
        self.work = queue.Queue()
        self.known = {}

    def take(self, event):
        """Queues an event, unless it has been queued before: the same event may come twice, and keeps its id."""
        with self.lock:
            if event["id"] in self.seen:
                print(event["event_name"], event["id"], "repeated", flush=True)
                return
            self.seen[event["id"]] = True
            if len(self.seen) > REMEMBERED:
                self.seen.popitem(last=False)
            self.work.put(event)

    def handle(self):
        """Works off the queue. What happened to one thing is sent in its order, but a replay may come late: what is
        older than what is known of the thing is told apart by its time, which is always written with as many
        digits. The sequence numbers the deliveries of one subscription without a gap."""
        while True:
            event = self.work.get()
            thing = event["data"][0]["id"]
            late = event["timestamp"] < self.known.get(thing, "")
            if not late:
                self.known[thing] = event["timestamp"]
            print(event["event_name"], event["id"], "late" if late else "new", "sequence", event.get("sequence", 0), flush=True)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_POST(self):
        """Answers within the 3 seconds that Waybill waits: it checks and queues, and no more."""
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            self.close_connection = True
            return self.answer(400)
        length = int(length[:20])
        if length > MAX_BODY:
            self.close_connection = True
            return self.answer(413)
        try:
            body = unpacked(self.rfile.read(length), self.headers.get("Content-Encoding"))
        except (ValueError, zlib.error):
            return self.answer(400)
        if not verified(self.headers, body, self.server.secrets, time.time()):
            return self.answer(401)
        try:
            event = json.loads(body)
            event["id"], event["event_name"], event["timestamp"], event["data"][0]["id"]
        except (ValueError, KeyError, IndexError, TypeError):
            return self.answer(400)
        self.server.inbox.take(event)
        self.answer(202)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def main():
    secrets = os.environ.get("WEBHOOK_SECRET", "").split()
    if not secrets:
        sys.exit("WEBHOOK_SECRET is not set: it is the secret that the creation of the subscription answered")
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver)
    server.secrets, server.inbox = secrets, Inbox()
    threading.Thread(target=server.inbox.handle, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
