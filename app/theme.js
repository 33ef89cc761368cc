// runs before the page is painted, so that it does not flash in the other colours
try {
  const theme = localStorage.getItem('theme')
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme
} catch {
  // no storage, no choice to remember
}
