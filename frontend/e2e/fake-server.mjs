/**
 * Development only: the built dashboard with a made-up backend.
 * node e2e/fake-server.mjs [port]; then POST /fake?state=stalled&source=simulator&phase=lunch&final=1&empty=1&close=4401&frames=off&lose=1
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { WebSocketServer } from 'ws'
import { FakeMarket } from './fake-market.mjs'

const port = Number(process.argv[2] ?? 4790)
const market = new FakeMarket()
const knobs = { empty: false, close: 0, frames: true, rest: true, lose: 0 }
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }

const snapshot = (withIntraday) => {
  const state = market.snapshot({ withIntraday })
  return knobs.empty ? { ...state, prices: {}, quotes: {}, indices: {}, derivatives: null } : state
}
const ROUTES = {
  '/api/config': () => ({ source: market.feed.source, palette: 'red-up', version: '0.1.0' }),
  '/api/vn30-components': () => ({ symbols: Object.keys(market.prices) }),
  '/api/market/snapshot': () => snapshot(true),
  '/api/market/foreign-detail': () => ({ summary: {}, stocks: market.foreign }),
  '/api/market/basis-trend': () => market.basisTrend(),
}

function turnKnobs(query) {
  if (query.has('state')) market.feed.state = query.get('state')
  if (query.has('source')) market.feed.source = query.get('source')
  if (query.has('muted')) market.feed.muted_channels = query.get('muted').split(',').filter(Boolean)
  if (query.has('reason')) market.feed.reason = query.get('reason')
  if (query.has('phase')) market.phase = query.get('phase')
  if (query.has('final')) market.isFinal = query.get('final') === '1'
  for (const name of ['empty', 'frames', 'rest']) if (query.has(name)) knobs[name] = query.get(name) !== 'off' && query.get(name) !== '0'
  if (query.has('lose')) knobs.lose = Number(query.get('lose'))
  if (query.has('close')) knobs.close = Number(query.get('close'))
  if (knobs.close) for (const client of sockets.clients) client.close(knobs.close)
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost')
  if (url.pathname === '/fake') {
    turnKnobs(url.searchParams)
    response.end('ok')
    return
  }
  const route = ROUTES[url.pathname]
  if (route) {
    response.writeHead(knobs.rest ? 200 : 503, { 'content-type': 'application/json' })
    response.end(JSON.stringify(knobs.rest ? route() : { error: { code: 'unavailable', message: '' } }))
    return
  }
  const asked = join('dist', normalize(url.pathname))
  const file = existsSync(asked) && statSync(asked).isFile() ? asked : 'dist/index.html'
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(response)
})

/** The JSON Merge Patch that leads from one state to another, undefined if they are the same. */
function patchOf(before, after) {
  const patch = {}
  for (const key of Object.keys(before)) if (after[key] === undefined) patch[key] = null
  for (const [key, value] of Object.entries(after)) {
    const old = before[key]
    if (JSON.stringify(old) === JSON.stringify(value)) continue
    const isNested = [old, value].every((side) => typeof side === 'object' && side !== null && !Array.isArray(side))
    patch[key] = isNested ? patchOf(old, value) : value
  }
  return Object.keys(patch).length ? patch : undefined
}

const sockets = new WebSocketServer({ server, path: '/ws/market' })
const epoch = Date.now().toString(16)
let seq = 1
let shown = JSON.parse(JSON.stringify(snapshot(false)))
const frame = (type, more) => JSON.stringify({ type, channel: 'market', epoch, seq, ...more, ts: market.stamp() })
const sendSnapshot = (socket) => socket.send(frame('snapshot', { interval_ms: 500, data: { ...shown, indices: snapshot(true).indices } }))

sockets.on('connection', (socket) => {
  if (knobs.close) return socket.close(knobs.close)
  socket.send(JSON.stringify({ type: 'status', ...market.status() }))
  if (knobs.frames) sendSnapshot(socket)
  socket.on('message', (text) => {
    const { action } = JSON.parse(text)
    if (action === 'resync') sendSnapshot(socket)
    if (action === 'ping') socket.send('{"type":"pong"}')
  })
})
setInterval(() => {
  market.step()
  if (!knobs.frames) return
  const state = JSON.parse(JSON.stringify(snapshot(false)))
  const data = patchOf(shown, state)
  if (!data) return
  shown = state
  const prev = seq++
  if (knobs.lose > 0) return void knobs.lose--
  for (const socket of sockets.clients) socket.send(frame('delta', { prev, data }))
}, 500)
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))
