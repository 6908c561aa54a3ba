import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { session } from '@/shared/session/session'
import { LoginForm } from './LoginForm'

const refusal = (status: number, code: string, headers = {}) => Response.json({ error: { code, message: '' } }, { status, headers })

function answer(...answers: Response[]): unknown[] {
  const bodies: unknown[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation((_path, init) => {
    bodies.push(init?.body ? JSON.parse(init.body as string) : new Headers(init?.headers).get('Authorization'))
    return Promise.resolve(answers.shift() ?? expect.fail('one request too many'))
  })
  return bodies
}

it('is a form that password managers know, with the focus in its first field', () => {
  render(<LoginForm kind="accounts" />)
  const name = screen.getByLabelText('Tên đăng nhập')
  const password = screen.getByLabelText('Mật khẩu')
  expect(name).toHaveFocus()
  expect(name).toHaveAttribute('autocomplete', 'username')
  expect(password).toHaveAttribute('autocomplete', 'current-password')
  expect(password).toHaveAttribute('type', 'password')
})

it('says that name or password is wrong, and takes the next try', async () => {
  const user = userEvent.setup()
  const bodies = answer(refusal(401, 'wrong_credentials'), Response.json({ access_token: 't', user: { name: 'an', role: 'trader' } }))
  render(<LoginForm kind="accounts" />)
  await user.type(screen.getByLabelText('Tên đăng nhập'), 'an')
  await user.type(screen.getByLabelText('Mật khẩu'), 'wrong{Enter}')
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('Sai tên hoặc mật khẩu.'))
  const password = screen.getByLabelText('Mật khẩu')
  expect(password).toHaveFocus()
  expect(password).toHaveAccessibleDescription('Sai tên hoặc mật khẩu.')
  await user.keyboard('right{Enter}') // what was typed before is selected
  await waitFor(() => expect(session.get().status).toBe('in'))
  expect(bodies).toEqual([{ username: 'an', password: 'wrong' }, { username: 'an', password: 'right' }])
})

it('counts the seconds of a lock down and lets nobody knock meanwhile', async () => {
  const user = userEvent.setup()
  answer(refusal(429, 'locked_out', { 'Retry-After': '2' }))
  render(<LoginForm kind="accounts" />)
  await user.type(screen.getByLabelText('Tên đăng nhập'), 'an')
  await user.type(screen.getByLabelText('Mật khẩu'), 'x{Enter}')
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('Thử lại sau 2 giây'))
  const button = screen.getByRole('button', { name: 'Đăng nhập' })
  expect(button).toBeDisabled()
  await user.type(screen.getByLabelText('Mật khẩu'), '{Enter}') // one request too many would fail
  await waitFor(() => expect(button).toBeEnabled())
})

it.each([
  [refusal(503, 'accounts_unavailable'), 'Máy chủ chưa kiểm tra được'],
  [new Response('', { status: 502 }), 'Máy chủ chưa kiểm tra được'],
])('says that the server cannot check right now', async (response, words) => {
  const user = userEvent.setup()
  answer(response)
  render(<LoginForm kind="accounts" />)
  await user.type(screen.getByLabelText('Tên đăng nhập'), 'an')
  await user.type(screen.getByLabelText('Mật khẩu'), 'x{Enter}')
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent(words))
})

it('asks for the shared token where there are no accounts', async () => {
  const user = userEvent.setup()
  const asked = answer(refusal(401, 'unauthorized'))
  render(<LoginForm kind="token" />)
  expect(screen.queryByLabelText('Tên đăng nhập')).toBeNull()
  await user.type(screen.getByLabelText('Mã truy cập'), 's3cret{Enter}')
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('Mã truy cập không đúng.'))
  expect(asked).toEqual(['Bearer s3cret'])
})

it('offers to look without logging in only where that is allowed', async () => {
  const look = vi.fn()
  const { rerender } = render(<LoginForm kind="accounts" />)
  expect(screen.queryByRole('button', { name: 'Xem không cần đăng nhập' })).toBeNull()
  rerender(<LoginForm kind="accounts" onLookOnly={look} />)
  await userEvent.click(screen.getByRole('button', { name: 'Xem không cần đăng nhập' }))
  expect(look).toHaveBeenCalledOnce()
})
