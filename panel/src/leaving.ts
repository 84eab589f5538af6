/** What was typed and is not saved yet, and the question before whoever typed it leaves the page. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

export interface Typed {
  /** Something would be lost if the page went now; what is being saved at this moment would not. */
  readonly isUnsaved: boolean;
}

/** A page was to be left: the way on, or back to where the person is. */
export interface LeaveQuestion {
  leave(): void;
  stay(): void;
}

const watched = new Set<Typed>();

/** Has its element asked before a page is left, as long as the element is on one. */
export class TypedWatch implements ReactiveController {
  private readonly typed: Typed;

  constructor(element: ReactiveControllerHost & Typed) {
    this.typed = element;
    element.addController(this);
  }

  hostConnected(): void {
    watched.add(this.typed);
  }

  hostDisconnected(): void {
    watched.delete(this.typed);
  }
}

function isUnsaved(): boolean {
  return [...watched].some((typed) => typed.isUnsaved);
}

/** The part of the host that leads back. */
interface Way {
  goTo(path: string, how: "push"): void;
}

/**
 * Stands between the address and what is shown: a link, the site switcher or the browser's Back may change the address at
 * any time, but a page with something unsaved stays until the person has said that they leave.
 */
export class Leaving {
  /** null: nothing is asked. */
  question: LeaveQuestion | null = null;
  private readonly changed: () => void;
  /** What the address asks for, and what is shown. null: nothing yet. */
  private asked: string | null = null;
  private shown: string | null = null;
  /** Entries of the history when the page came that is shown. */
  private entries = 0;

  /** `changed`: there is a question, or none any more, or another path to show. */
  constructor(changed: () => void) {
    this.changed = changed;
  }

  /** Asks where only the browser can: before the tab closes or loads anew. Returns its unsubscribe. */
  attend(): () => void {
    const ask = (event: BeforeUnloadEvent): void => {
      if (isUnsaved()) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }

  /** What to show, now that the address asks for `asked`. */
  follow(asked: string, way: Way): string {
    const { shown } = this;
    if (asked === this.asked && shown !== null) return shown;
    this.asked = asked;
    if (shown === null || asked === shown || !isUnsaved()) return this.show(asked);
    // A page that was opened lies after ours in the history. One that was gone back to lies before it: ours is made anew.
    const opened = history.length > this.entries;
    this.ask({ leave: () => this.show(asked), stay: () => (opened ? history.back() : way.goTo(shown, "push")) });
    return shown;
  }

  private show(path: string): string {
    this.question = null;
    this.shown = path;
    this.entries = history.length;
    return path;
  }

  private ask({ leave, stay }: LeaveQuestion): void {
    // Only the first answer counts.
    const answer = (decide: () => void) => (): void => {
      if (this.question !== question) return;
      this.question = null;
      decide();
      this.changed();
    };
    const question: LeaveQuestion = { leave: answer(leave), stay: answer(stay) };
    this.question = question;
  }
}
