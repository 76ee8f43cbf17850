// Reads [{library, secret, raw, headers, body}] from its input and writes [true or false].
import { readFileSync } from "node:fs";
import * as standardwebhooks from "standardwebhooks";
import * as svix from "svix";

const libraries = { standardwebhooks, svix };

function verifies({ library, secret, raw, headers, body }) {
  try {
    new libraries[library].Webhook(secret, raw ? { format: "raw" } : undefined).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(verifies)));
