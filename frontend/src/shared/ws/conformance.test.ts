import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeSocket } from '@/test/fake-socket'
import { ChannelSocket } from './channel-socket'
import { afterClose } from './close-codes'
import { readFrame } from './frames'
import { mergePatch } from './merge-patch'
import { RetryPlan } from './retry-plan'

/** Runs clients/conformance (its README says what the files mean) against the code that the dashboard runs. */

interface Step {
  about?: string
  at_ms?: number
  receive?: unknown
  reconnect?: boolean
  state?: object | null
  current?: boolean
  sends?: unknown[]
  closes?: boolean
}
interface RetryStep {
  about?: string
  receive?: object
  close?: number
  held_ms?: number | null
  waits_ms?: [number, number]
}
interface Scenario {
  about: string
  channel: string
  steps: Step[]
}

const FOLDER = join(import.meta.dirname, '../../../../clients/conformance')
const read = (file: string): unknown => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
const retries = readdirSync(FOLDER).filter((file) => file.startsWith('retry-') && file.endsWith('.json'))
const scenarios = readdirSync(FOLDER).filter((file) => file.startsWith('delta-') && file.endsWith('.json'))

/** Null and absent mean the same in a state. */
const withoutNulls = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null), (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).filter(([, inner]) => inner !== null))
      : member,
  )

beforeEach(() => {
  vi.useFakeTimers()
  vi.setSystemTime(0)
})
afterEach(() => vi.useRealTimers())

class Player {
  private readonly sockets: FakeSocket[] = []
  private readonly client: ChannelSocket<object>
  private readonly stop: () => void
  private state: unknown = null
  private isCurrent = false

  constructor(channel: string) {
    this.client = new ChannelSocket<object>({
      channel,
      url: () => 'ws://test',
      poll: () => Promise.reject(new Error('no REST here')),
      openSocket: () => {
        const socket = new FakeSocket()
        this.sockets.push(socket)
        return socket
      },
      random: () => 0,
    })
    this.stop = this.client.start()
  }

  private get socket(): FakeSocket {
    return this.sockets.at(-1) ?? expect.fail('no socket was opened')
  }

  play(step: Step, label: string): void {
    if (step.reconnect && !this.socket.isClosed) this.socket.drop(1006)
    const { socket } = this
    const sentBefore = socket.sent.length
    vi.advanceTimersByTime(Math.max(0, (step.at_ms ?? Date.now()) - Date.now()))
    if (step.reconnect && this.socket === socket) this.client.reconnect()
    if (step.receive !== undefined) this.socket.say(step.receive)
    this.state = step.state === undefined ? this.state : step.state
    this.isCurrent = step.current ?? this.isCurrent
    expect(withoutNulls(this.client.getData()), `${label}: state`).toEqual(withoutNulls(this.state))
    expect(this.client.isCurrent, `${label}: current`).toBe(this.isCurrent)
    expect(socket.sent.slice(sentBefore).filter(isOfProtocol), `${label}: sends`).toEqual(step.sends ?? [])
    expect(socket.isClosed, `${label}: closes`).toBe(step.closes ?? step.reconnect ?? false)
  }

  end(): void {
    this.stop()
  }
}

/** Whether the server is there a client may ask at any time; no scenario counts it. */
const isOfProtocol = (message: unknown): boolean => (message as { action?: string }).action !== 'ping'

describe('clients/conformance', () => {
  it('has scenarios', () => expect(scenarios.length).toBeGreaterThanOrEqual(8))

  it.each(scenarios)('%s', (file) => {
    const { channel, steps } = read(file) as Scenario
    const player = new Player(channel)
    steps.forEach((step, i) => player.play(step, `step ${i + 1}${step.about ? ` (${step.about})` : ''}`))
    player.end()
  })

  const patches = (read('merge-patch.json') as { cases: { target: unknown; patch: unknown; result: unknown }[] }).cases
  it.each(patches.map((one) => [JSON.stringify(one.patch), one] as const))('merges %s', (_, { target, patch, result }) => {
    const before = structuredClone(target)
    expect(mergePatch(target, patch)).toStrictEqual(result)
    expect(target).toStrictEqual(before)
  })

  const codes = (read('close-codes.json') as { cases: { code: number; after: string }[] }).cases
  it.each(codes)('after $code: $after', ({ code, after }) => expect(afterClose(code)).toBe(after))

  it('has files of waiting', () => expect(retries.length).toBeGreaterThanOrEqual(3))

  it.each(retries.flatMap((file) => [0, 0.5, 0.999].map((share) => [file, share] as const)))('%s at %d', (file, share) => {
    const plan = new RetryPlan(() => share)
    for (const { receive, close, held_ms, waits_ms } of (read(file) as { steps: RetryStep[] }).steps) {
      if (receive) {
        const frame = readFrame(JSON.stringify(receive))
        if (frame.kind !== 'bye') return expect.fail('expected a bye')
        plan.announce(frame.reconnectInMs)
        continue
      }
      const waitMs = plan.nextDelayMs(held_ms ?? null, afterClose(close ?? 1006) === 'later')
      expect(waitMs).toBeGreaterThanOrEqual(waits_ms?.[0] ?? 0)
      expect(waitMs).toBeLessThanOrEqual(waits_ms?.[1] ?? -1)
    }
  })
})
