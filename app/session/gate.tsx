/** Lets people see the log once they may: everybody in development, those who signed in otherwise. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Failure, Message, Retrying } from '../parts/states.tsx'
import { ServiceError } from '../service/request.ts'
import { settings } from '../service/settings.ts'
import { useAnswer } from '../state/answer.ts'
import { open, permissions, signOut, userName, type Session } from './session.ts'
import { SignInButton } from './sign-in-button.tsx'

export function Gate({ children }: { children: ComponentChildren }) {
  const { value, error, isLoading, retry } = useAnswer('settings', settings)
  const [session, setSession] = useState<Session>({ is: 'opening' })
  const hasFailed = useRef(false)
  if (error !== undefined) hasFailed.current = true
  useEffect(() => {
    if (!value) return
    // the policy of this page does not have the issuer, which the service did not know
    if (hasFailed.current && value.signIn) location.reload()
    else void open(value, setSession)
  }, [value])

  if (error instanceof ServiceError)
    return (
      <Message title="The page cannot be opened now" role="alert">
        <p>{error.message}</p>
        <Retrying {...{ isLoading, retry }} />
      </Message>
    )
  if (error !== undefined) return <Failure error={error} of="The log" {...{ isLoading, retry }} />
  if (session.is === 'opening') return null
  if (session.is === 'open' || session.is === 'ended')
    return (
      <>
        {session.is === 'ended' && (
          <div class="ended" role="alert">
            <p>Your sign-in has ended. Sign in again to go on with this view.</p>
            <SignInButton text="Sign in again" />
          </div>
        )}
        {children}
      </>
    )
  return <Closed session={session} />
}

function Closed({ session }: { session: Session }) {
  if (session.is === 'not set up')
    return (
      <Message title="Signing in is not set up" role="alert">
        <p>
          This page is not registered at the issuer of tokens. Whoever runs the service sets <code>app.client_id</code>,
          as its documentation for operators says.
        </p>
      </Message>
    )
  if (session.is === 'forbidden')
    return (
      <Message title="You may not read this log" role="alert">
        <p>
          {session.why} Ask an administrator for one of these permissions: {permissions().join(', ')}.
        </p>
        <p class="faint">You are signed in as {userName()}.</p>
        <p class="buttons">
          <button type="button" onClick={() => void signOut()}>
            Sign out
          </button>
        </p>
      </Message>
    )
  const isRefused = session.is === 'refused'
  return (
    <Message title={isRefused ? 'You are not signed in' : 'You are signed out'} role={isRefused ? 'alert' : 'status'}>
      {isRefused && <p>{session.why}</p>}
      <SignInButton text={isRefused ? 'Try again' : 'Sign in'} />
    </Message>
  )
}

/** Who signed in, and the way out. */
export function Account() {
  const name = userName()
  if (name === undefined) return null
  return (
    <>
      <span class="account" title={name}>
        {name}
      </span>
      <button type="button" class="quiet" onClick={() => void signOut()}>
        Sign out
      </button>
    </>
  )
}
