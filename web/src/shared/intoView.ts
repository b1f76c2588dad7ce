/** For the link of the open page: where a row of links is wider than the screen, it is scrolled into the middle. */
export function intoView(link: HTMLElement | null): void {
  const row = link?.closest("ul");
  if (!link || !row) return;
  const [outer, inner] = [row.getBoundingClientRect(), link.getBoundingClientRect()];
  row.scrollBy({ left: inner.left - outer.left - (outer.width - inner.width) / 2 });
}
