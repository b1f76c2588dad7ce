/** Parts of a page that are fetched when they are opened, and what is said when they cannot be. */
import {
  Component,
  createContext,
  lazy,
  useContext,
  useSyncExternalStore,
  type ComponentType,
  type ReactNode,
} from "react";
import { t } from "../words/words";
import { Icon } from "./Icon";
import { ReloadButton } from "./NewVersion";

/** Which try it is, by the boundary around: a fetch that failed is made again only when somebody says so. */
const Attempt = createContext(0);

/** Like React's lazy, but what failed can be tried again: a tablet may have been in a lift. */
export function part<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  const tries: ComponentType<P>[] = [];
  return function Part(props: P) {
    const attempt = useContext(Attempt);
    const Loaded = (tries[attempt] ??= lazy(load) as unknown as ComponentType<P>);
    return <Loaded {...props} />;
  };
}

/** A script that did not come, in the words of Chromium, Firefox and Safari; anything else is a fault of the page. */
const isFetch = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported|importing a module|preload CSS/i.test(error.message);

interface BoundaryProps {
  /** Where the page is; somewhere else it is tried anew. */
  at?: string;
  /** It holds a whole page, which has a frame of its own. */
  page?: boolean;
  children: ReactNode;
}

interface BoundaryState {
  failed: "no" | "fetch" | "fault";
  at: string | undefined;
  attempt: number;
}

/** What goes wrong inside stays inside: the rest of the page, and what was typed there, is not touched. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: "no", at: this.props.at, attempt: 0 };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { failed: isFetch(error) ? "fetch" : "fault" };
  }

  static getDerivedStateFromProps({ at }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    if (at === state.at) return null;
    return { failed: "no", at, attempt: state.failed !== "no" ? state.attempt + 1 : state.attempt };
  }

  override render() {
    const { failed, attempt } = this.state;
    if (failed === "no") return <Attempt value={attempt}>{this.props.children}</Attempt>;
    const again = () => this.setState({ failed: "no", attempt: attempt + 1 });
    const told = <NotLoaded fault={failed === "fault"} again={again} />;
    if (!this.props.page) return told;
    return (
      <main className="page" id="main">
        {told}
      </main>
    );
  }
}

function watchLine(change: () => void): () => void {
  window.addEventListener("online", change);
  window.addEventListener("offline", change);
  return () => {
    window.removeEventListener("online", change);
    window.removeEventListener("offline", change);
  };
}

function NotLoaded({ fault, again }: { fault: boolean; again: () => void }) {
  const online = useSyncExternalStore(watchLine, () => navigator.onLine);
  return (
    <div className="note-box note-box--check" role="alert">
      <Icon name="check" />
      <div className="stack stack--tight">
        <p>
          {fault
            ? t("This part of the page failed. The rest works; what you typed there is still there.")
            : online
              ? t(
                  "This part could not be loaded; there may be a new version. Save what you are typing, then load the page again.",
                )
              : t(
                  "This part needs a connection, and there is none. What you typed elsewhere on the page is still there.",
                )}
        </p>
        <div className="row">
          <button type="button" className="btn btn--small" onClick={again}>
            {t("Try again")}
          </button>
          {online && <ReloadButton />}
        </div>
      </div>
    </div>
  );
}
