import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MarketSnapshot } from '@/shared/api/models'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { useReplay } from '@/shared/replay/use-replay'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { FakeSocket } from '@/test/fake-socket'
import { ReplayBar } from './ReplayBar'
import { REPLAY } from './replay-sample'

const STATUS = { type: 'status', connected: true, source: 'replay', state: 'live', since: '2026-11-23T08:41:07+07:00', ages: {}, muted_channels: [], reason: null }
let answer: typeof REPLAY
let posted: unknown[]
let refusal: number

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  answer = { ...REPLAY, is_paused: true }
  posted = []
  refusal = 0
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.method === 'POST') {
      posted.push(await request.json())
      if (refusal) return Response.json({ error: { code: 'forbidden', message: '' } }, { status: refusal })
    }
    return Response.json(answer)
  })
})
afterEach(() => void vi.useRealTimers())

function Bar() {
  const replayed = useReplay()
  return replayed ? <ReplayBar {...replayed} /> : null
}

function show(source = 'replay') {
  const socket = new FakeSocket()
  const channel = new ChannelSocket<MarketSnapshot>({ channel: 'market', url: () => 'ws://test', poll: () => Promise.reject(new Error()), openSocket: () => socket })
  const stop = channel.start()
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const view = render(
    <QueryClientProvider client={queries}>
      <MarketContext value={{ store: new MarketStore(), socket: channel }}>
        <Bar />
      </MarketContext>
    </QueryClientProvider>,
  )
  act(() => socket.say({ ...STATUS, source }))
  return { channel, queries, leave: () => { view.unmount(); stop() } }
}

const user = () => userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) })

describe('ReplayBar', () => {
  it('says which day is played, where it stands, and in which phase', async () => {
    const { leave } = show()
    const bar = await screen.findByRole('region', { name: 'Điều khiển phát lại' })
    expect(bar).toHaveTextContent('PHÁT LẠI')
    expect(bar).toHaveTextContent('23/11/2026 10:00:00')
    expect(screen.getByRole('slider')).toHaveAttribute('aria-valuetext', '10:00:00, Liên tục')
    expect(screen.getByRole('combobox', { name: 'Tốc độ phát' })).toHaveValue('10')
    leave()
  })

  it('is not there for another source, and nothing is asked for', async () => {
    const { leave } = show('simulator')
    await act(() => vi.advanceTimersByTimeAsync(3000))
    expect(screen.queryByRole('region')).toBeNull()
    leave()
  })

  it('plays and pauses by its button, and by Space while the focus is on the line', async () => {
    const { leave } = show()
    await user().click(await screen.findByRole('button', { name: 'Phát tiếp' }))
    expect(posted).toEqual([{ is_paused: false }])
    screen.getByRole('slider').focus()
    await user().keyboard(' ')
    expect(posted).toHaveLength(2)
    leave()
  })

  it('asks once for the place that keys lead to', async () => {
    const { leave } = show()
    ;(await screen.findByRole('slider')).focus()
    await user().keyboard('{ArrowRight}{ArrowRight}{PageUp}')
    expect(screen.getByRole('slider')).toHaveAttribute('aria-valuetext', '10:17:00, Liên tục')
    expect(posted).toEqual([])
    await act(() => vi.advanceTimersByTimeAsync(400))
    expect(posted).toEqual([{ position: '2026-11-23T10:17:00+07:00' }])
    leave()
  })

  it('takes the pointer to a place when it is let go', async () => {
    const { leave } = show()
    const slider = await screen.findByRole('slider')
    slider.getBoundingClientRect = () => ({ left: 100, width: 600 }) as DOMRect
    fireEvent.pointerDown(slider, { clientX: 100, pointerId: 1 })
    fireEvent.pointerMove(slider, { clientX: 500, buttons: 1 })
    expect(slider).toHaveAttribute('aria-valuetext', '13:00:00, Đóng cửa')
    fireEvent.pointerUp(slider, { clientX: 400 })
    await act(() => vi.advanceTimersByTimeAsync(10))
    expect(posted).toEqual([{ position: '2026-11-23T12:00:00+07:00' }])
    leave()
  })

  it('changes the speed and skips the lunch', async () => {
    const { leave } = show()
    await user().selectOptions(await screen.findByRole('combobox'), 'Nhanh nhất')
    await user().click(screen.getByRole('switch', { name: 'Bỏ giờ nghỉ' }))
    expect(posted).toEqual([{ speed: 0 }, { skip_lunch: true }])
    leave()
  })

  it('says that it is seeking, is over, or is not ours to control', async () => {
    answer = { ...REPLAY, is_seeking: true }
    const { leave } = show()
    expect(await screen.findByText('Đang tua')).toBeVisible()
    answer = { ...REPLAY, has_ended: true }
    await act(() => vi.advanceTimersByTimeAsync(1100))
    expect(await screen.findByText('Hết bản ghi')).toBeVisible()
    refusal = 403
    await user().click(screen.getByRole('button', { name: 'Phát lại từ đầu' }))
    expect(posted).toEqual([{ position: REPLAY.from, is_paused: false }])
    expect(await screen.findByText('Chỉ người vận hành máy chủ được điều khiển')).toBeVisible()
    leave()
  })

  it('asks for everything anew once it has come to another place', async () => {
    const { channel, queries, leave } = show()
    await screen.findByRole('slider')
    const reconnect = vi.spyOn(channel, 'reconnect')
    const invalidate = vi.spyOn(queries, 'invalidateQueries')
    answer = { ...REPLAY, seeks: 1 }
    await act(() => vi.advanceTimersByTimeAsync(1100))
    await vi.waitFor(() => expect(reconnect).toHaveBeenCalledOnce())
    expect(invalidate).toHaveBeenCalledOnce()
    leave()
  })
})
