/** The server counts characters, JavaScript counts UTF-16 units; they differ after the first emoji. */
export function toUnits(text: string, characters: number): number {
  let units = 0;
  let left = characters;
  for (const character of text) {
    if (left-- <= 0) break;
    units += character.length;
  }
  return units;
}

export function toCharacters(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
