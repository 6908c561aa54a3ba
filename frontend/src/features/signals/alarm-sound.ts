/**
 * Two short tones, made by the browser. An AudioContext starts suspended until the user has done something on the page:
 * switching the sound on is that gesture; after a reload it waits for the first click or key.
 */

const TONES_HZ = [880, 1320]
const TONE_S = 0.16
const VOLUME = 0.2
export const SILENT_MS = 1500 // several at once are one alarm

export class AlarmSound {
  private context: AudioContext | null = null
  private playedAt = Number.NEGATIVE_INFINITY
  private readonly listeners = new Set<() => void>()

  /** The browser lets it be heard. */
  isReady = (): boolean => this.context?.state === 'running'

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** To be called from a gesture of the user. */
  unlock = (): void => {
    if (!this.context) {
      this.context = new AudioContext()
      this.context.onstatechange = () => this.notify()
    }
    if (this.context.state === 'suspended') void this.context.resume()
    this.notify()
  }

  play(): void {
    const { context } = this
    const nowMs = Date.now()
    if (!context || !this.isReady() || nowMs - this.playedAt < SILENT_MS) return
    this.playedAt = nowMs
    TONES_HZ.forEach((hertz, i) => this.tone(context, hertz, context.currentTime + i * TONE_S))
  }

  private tone(context: AudioContext, hertz: number, from: number): void {
    const oscillator = context.createOscillator()
    const gain = context.createGain()
    oscillator.frequency.value = hertz
    gain.gain.setValueAtTime(0, from)
    gain.gain.linearRampToValueAtTime(VOLUME, from + 0.01) // a ramp: a step would click
    gain.gain.linearRampToValueAtTime(0, from + TONE_S)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(from)
    oscillator.stop(from + TONE_S)
  }

  private notify(): void {
    for (const listener of this.listeners) listener()
  }
}
