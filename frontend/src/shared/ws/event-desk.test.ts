import { describe, expect, it, vi } from 'vitest'
import { EventDesk, symbolTopic } from './event-desk'

const print = (symbol: string) => ({ type: 'trade', topic: symbolTopic(symbol), price: 1 })

describe('EventDesk', () => {
  it('subscribes with the first listener of a symbol and gives up with the last', () => {
    const sent: object[] = []
    const desk = new EventDesk((message) => sent.push(message))
    const first = desk.listenSymbol('VCB', () => undefined)
    const second = desk.listenSymbol('VCB', () => undefined)
    first()
    expect(sent).toEqual([{ action: 'subscribe', symbols: ['VCB'] }])
    second()
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual({ action: 'unsubscribe', symbols: ['VCB'] })
  })

  it('tells a message to those of its topic', () => {
    const desk = new EventDesk(() => undefined)
    const [vcb, fpt, alerts] = [vi.fn(), vi.fn(), vi.fn()]
    desk.listenSymbol('VCB', vcb)
    const leave = desk.listenSymbol('FPT', fpt)
    desk.listen('alerts', alerts)
    leave()
    desk.take([print('VCB'), print('FPT'), { type: 'alert', topic: 'alerts' }, { type: 'trade' }, null, 'x'])
    expect(vcb).toHaveBeenCalledExactlyOnceWith(print('VCB'))
    expect(fpt).not.toHaveBeenCalled()
    expect(alerts).toHaveBeenCalledTimes(1)
  })

  it('asks a new socket for everything that is listened to', () => {
    const sent: object[] = []
    const desk = new EventDesk((message) => sent.push(message))
    desk.resubscribe()
    expect(sent).toEqual([])
    desk.listenSymbol('VCB', () => undefined)
    desk.listenSymbol('FPT', () => undefined)
    desk.resubscribe()
    expect(sent.at(-1)).toEqual({ action: 'subscribe', symbols: ['VCB', 'FPT'] })
  })
})
