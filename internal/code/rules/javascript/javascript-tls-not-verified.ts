import * as https from "node:https"
import { Agent, request, RequestOptions } from "https"
import { readFileSync } from "node:fs"
import * as tls from "tls"

export function calls(shared: RequestOptions, strict: boolean) {
  // ruleid: javascript-tls-not-verified
  new https.Agent({ keepAlive: true, rejectUnauthorized: false })
  // ruleid: javascript-tls-not-verified
  new Agent({ ...shared, rejectUnauthorized: false })
  // ruleid: javascript-tls-not-verified
  const options: RequestOptions = { host: "a.example", rejectUnauthorized: false }
  request(options)
  // ruleid: javascript-tls-not-verified
  shared.rejectUnauthorized = false
  // ruleid: javascript-tls-not-verified
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"
  // ruleid: javascript-tls-not-verified
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0"

  // ok: javascript-tls-not-verified
  new https.Agent({ ca: readFileSync("/etc/ssl/own-ca.pem"), rejectUnauthorized: true })
  // ok: javascript-tls-not-verified
  tls.connect({ host: "a.example", port: 443, rejectUnauthorized: strict })
  // ok: javascript-tls-not-verified
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "1"
  // ok: javascript-tls-not-verified
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === "0") throw new Error("certificates must be checked")
  // ok: javascript-tls-not-verified
  https.createServer({ requestCert: true, rejectUnauthorized: false })
  // ok: javascript-tls-not-verified
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
}
