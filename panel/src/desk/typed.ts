/** What stands in the field of a form that fired the event. */
export function typed(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement).value;
}
