/** Dark and light: as the system has it, until somebody chooses. */
import { useState } from 'preact/hooks'

const isDark = () => {
  const chosen = document.documentElement.dataset.theme
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
}

export function ThemeSwitch() {
  const [dark, setDark] = useState(isDark)
  const toggle = () => {
    const theme = dark ? 'light' : 'dark'
    document.documentElement.dataset.theme = theme
    try {
      localStorage.setItem('theme', theme)
    } catch {
      // where nothing may be stored, the choice lasts as long as the page
    }
    setDark(!dark)
    dispatchEvent(new Event('themechange'))
  }
  const name = dark ? 'Light colours' : 'Dark colours'
  return (
    <button type="button" class="quiet" onClick={toggle} title={name} aria-label={name}>
      <span aria-hidden="true">{dark ? '☾' : '☀'}</span>
    </button>
  )
}
