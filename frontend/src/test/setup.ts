import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterEach, beforeEach, expect, vi as vitest } from 'vitest'
import { initI18n } from '@/shared/i18n/i18n'

await initI18n('vi')

// A busy machine is no fault of the page.
configure({ asyncUtilTimeout: 10_000 })

// A test that writes to the console has something to say: let it fail.
beforeEach(() => {
  vitest.spyOn(console, 'error')
  vitest.spyOn(console, 'warn')
})
afterEach(() => {
  cleanup()
  expect(console.error).not.toHaveBeenCalled()
  expect(console.warn).not.toHaveBeenCalled()
  vitest.restoreAllMocks()
})
