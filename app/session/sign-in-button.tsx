import { leave } from './session.ts'

/** The way to the issuer, and back to this view. */
export function SignInButton({ text }: { text: string }) {
  return (
    <p class="buttons">
      <button type="button" class="primary" onClick={() => void leave()}>
        {text}
      </button>
    </p>
  )
}
