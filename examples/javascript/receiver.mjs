// Receives webhooks of Waybill with Node alone. It is made to be copied.
//
//     WEBHOOK_SECRET=whsec_... PORT=8000 node examples/javascript/receiver.mjs
//
// WEBHOOK_SECRET may hold several secrets, separated by spaces: put the new one beside the old one
// while you replace it.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

const maxBody = 4 << 20; // bytes read of a request, packed and unpacked
const tolerance = 5 * 60 * 1000; // with more, a delivery that somebody caught could be sent to you again
const remembered = 10_000; // ids, to know repeats by

const secrets = (process.env.WEBHOOK_SECRET ?? "").split(/\s+/).filter(Boolean);
if (secrets.length === 0) {
  console.error("WEBHOOK_SECRET is not set: it is the secret that the creation of the subscription answered");
  process.exit(1);
}

// The Base64 of the HMAC-SHA256 over what stands before the body, a full stop, and the body.
const sign = (key, before, body) => createHmac("sha256", key).update(before + ".").update(body).digest("base64");

// Compares in a time that does not tell where the two differ.
function same(given, want) {
  const a = Buffer.from(given), b = Buffer.from(want);
  return a.length === b.length && timingSafeEqual(a, b);
}

// Refuses times ahead as well: what is dated tomorrow could be sent again tomorrow.
const fresh = (sent, now) => Math.abs(now - sent) <= tolerance; // false for NaN

// Checks X-Catena-Signature: the key is the text of the secret.
function catena(headers, body, secret, now) {
  const stamp = headers["x-catena-timestamp"] ?? "";
  return fresh(Date.parse(stamp), now) && same(headers["x-catena-signature"] ?? "", sign(secret, stamp, body));
}

// Checks webhook-signature of Standard Webhooks, which may hold several: the key of a secret with whsec_
// is the Base64 behind it.
function standard(headers, body, secret, now) {
  const stamp = headers["webhook-timestamp"] ?? "";
  if (!/^\d+$/.test(stamp) || !fresh(Number(stamp) * 1000, now)) return false;
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : secret;
  const want = "v1," + sign(key, `${headers["webhook-id"] ?? ""}.${stamp}`, body);
  return (headers["webhook-signature"] ?? "").split(" ").some((given) => same(given, want));
}

// Tells whether a body, behind its encoding, was signed with one of the secrets just now. Either form of signature
// proves that. While a secret is being replaced, X-Catena-Signature is made with the new one alone,
// and webhook-signature with both.
const verified = (headers, body, now) =>
  secrets.some((secret) => catena(headers, body, secret, now) || standard(headers, body, secret, now));

// What was seen is kept in memory. Yours keeps it where it keeps its data: what was answered with 202 is
// not sent again.
const seen = new Set();
const known = new Map();

// Takes an event, unless it has been taken before: the same event may come twice, and keeps its id.
function take(event) {
  if (seen.has(event.id)) {
    console.log(event.event_name, event.id, "repeated");
    return;
  }
  seen.add(event.id);
  if (seen.size > remembered) seen.delete(seen.values().next().value);
  setImmediate(handle, event);
}

// Works on an event once it is answered. What happened to one thing is sent in its order, but a replay may
// come late: what is older than what is known of the thing is told apart by its time, which is always
// written with as many digits. The sequence numbers the deliveries of one subscription without a gap.
function handle(event) {
  const thing = event.data[0].id;
  const late = event.timestamp < (known.get(thing) ?? "");
  if (!late) known.set(thing, event.timestamp);
  console.log(event.event_name, event.id, late ? "late" : "new", "sequence", event.sequence ?? 0);
}

// Returns the body behind its encoding, which is gzip or none.
async function read(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBody) throw new Error("the body is too long");
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(raw, { maxOutputLength: maxBody }) : raw;
}

// Answers within the 3 seconds that Waybill waits: it checks and takes, and no more.
async function answer(request) {
  let body, event;
  try {
    body = await read(request);
  } catch {
    return 400;
  }
  if (!verified(request.headers, body, Date.now())) return 401;
  try {
    event = JSON.parse(body.toString("utf8"));
    if (!event.id || !event.timestamp || !event.data[0].id) return 400;
  } catch {
    return 400;
  }
  take(event);
  return 202;
}

const server = createServer({ requestTimeout: 10_000 }, async (request, response) => {
  response.writeHead(await answer(request)).end();
});
server.listen(Number(process.env.PORT), "127.0.0.1");
