/** Leads to a turn in the transcript: the address can't, since its fragment names the session. */
export function showTurn(turnNo: number): void {
  const turn = document.getElementById(`turn-${turnNo}`);
  turn?.scrollIntoView();
  turn?.focus({ preventScroll: true });
}
