/** Links within the page: plain links, so that they open in new tabs and can be copied, without loading the page anew. */

/** A handler of clicks that changes the view instead, unless the click asks for a new tab or window. */
export function follow(change: () => void) {
  return (click: MouseEvent) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return
    click.preventDefault()
    change()
  }
}
