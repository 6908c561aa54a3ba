import { Component, type ReactNode } from 'react'
import i18next from 'i18next'
import { Button } from '@/shared/ui/Button'
import { Notice } from '@/shared/ui/Notice'

/** A fault of ours must not look like a quiet market. */
export class CrashScreen extends Component<{ children: ReactNode }, { message: string | null }> {
  override state = { message: null as string | null }

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    const { message } = this.state
    if (message === null) return this.props.children
    return (
      <Notice title={i18next.t('app/crash')} icon="warn">
        <p>{message}</p>
        <Button onClick={() => window.location.reload()}>{i18next.t('app/reload')}</Button>
      </Notice>
    )
  }
}
