/**
 * What nginx needs of a built dashboard: a .gz beside each file that gains by it, and the Content-Security-Policy with the
 * hash of index.html's inline script: node scripts/prepare-static.mjs dist content_security_policy.conf
 * The policy is that of backend/app/api/dashboard.py; tests/nginx compares what the two send.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gzipSync } from 'node:zlib'

const SHARE_MAX = 0.9 // a file that stays larger than this is sent as it is
const BYTES_MIN = 1024

const [dist, policyFile] = process.argv.slice(2)
if (!dist || !policyFile) {
  console.error('usage: node scripts/prepare-static.mjs DIST POLICY_FILE')
  process.exit(2)
}

const html = readFileSync(join(dist, 'index.html'), 'utf8')
const hashes = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
const policy = {
  'default-src': "'self'",
  'script-src': ["'self'", ...hashes].join(' '),
  'style-src': "'self' 'unsafe-inline'", // charts and virtual lists position by style attributes
  'img-src': "'self' data: blob:",
  'connect-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'self'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
}
const value = Object.entries(policy).map((entry) => entry.join(' ')).join('; ')
writeFileSync(policyFile, `add_header Content-Security-Policy "${value}" always;\n`)

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (!entry.isFile() || !/\.(js|css|html|svg|json|txt)$/.test(entry.name)) continue
  const content = readFileSync(path)
  const packed = gzipSync(content, { level: constants.Z_BEST_COMPRESSION })
  if (content.length >= BYTES_MIN && packed.length <= SHARE_MAX * content.length) writeFileSync(`${path}.gz`, packed)
}
