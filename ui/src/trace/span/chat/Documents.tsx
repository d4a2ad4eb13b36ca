import { ChevronRight } from "lucide-react";
import type { Document } from "../../types";
import { Fields } from "../Fields";
import { Value } from "../Value";
import styles from "./chat.module.css";

const PREVIEW = 140;

/** What a retriever or reranker gave, best first as it came, each with its score as a bar. */
export function Documents({ documents }: { documents: readonly Document[] }) {
  const most = Math.max(...documents.map((document) => Math.abs(document.score ?? 0)), Number.MIN_VALUE);
  return (
    <section className={styles.documents} aria-label="Documents">
      <h3>
        {documents.length} {documents.length === 1 ? "document" : "documents"}
      </h3>
      {documents.map((document, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: ids may be missing or come twice.
        <DocumentCard key={index} document={document} place={index + 1} most={most} />
      ))}
    </section>
  );
}

function DocumentCard({ document, place, most }: { document: Document; place: number; most: number }) {
  const { id, text, score, metadata } = document;
  const share = Math.min(1, Math.abs(score ?? 0) / most);
  return (
    <details className={styles.document}>
      <summary>
        <ChevronRight className={styles.turn} />
        <span className={styles.place}>{place}</span>
        <span className={styles.documentText}>
          <strong>{id ?? `Document ${place}`}</strong> <span>{text?.slice(0, PREVIEW)}</span>
        </span>
        {score !== null && (
          <span className={styles.score} title={`Score ${score}`}>
            <span className={styles.scoreBar}>
              <span style={{ width: `${share * 100}%` }} />
            </span>
            {score.toPrecision(3)}
          </span>
        )}
      </summary>
      <div className={styles.documentBody}>
        {text !== null && <Value value={text} look="rendered" />}
        {Object.keys(metadata).length > 0 && <Fields value={metadata} />}
      </div>
    </details>
  );
}
