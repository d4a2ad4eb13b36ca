import { Link, useParams } from "@tanstack/react-router";
import styles from "./Compare.module.css";
import { GroupsPage } from "./groups/GroupsPage";
import { TracesPage } from "./traces/TracesPage";

/** Two traces side by side, or two groups of traces field by field. */
export default function Compare() {
  const { what } = useParams({ strict: false }) as { what?: string };
  const groups = what === "groups";
  return (
    <div className={styles.screen}>
      <nav className={styles.kinds} aria-label="What is compared">
        <Link to="/compare/{-$what}" params={{ what: undefined }} activeOptions={EXACT}>
          Two traces
        </Link>
        <Link to="/compare/{-$what}" params={{ what: "groups" }} activeOptions={EXACT}>
          Groups of traces
        </Link>
      </nav>
      {groups ? <GroupsPage /> : <TracesPage />}
    </div>
  );
}

const EXACT = { exact: true, includeSearch: false } as const;
