import { Download } from "lucide-react";
import { downloadQuery, MOST_ROWS, type ResultFormat } from "@/api/query";
import { Button, Menu, toast } from "@/design";
import { count } from "@/format";
import { fileName } from "@/results/naming";

const FORMATS: { format: ResultFormat; label: string }[] = [
  { format: "csv", label: "CSV" },
  { format: "json", label: "JSON" },
  { format: "arrow", label: "Arrow" },
];

/** The rows as a file. The statement runs again, for up to as many rows as the API gives. */
export function DownloadMenu({ sql }: { sql: string }) {
  const items = FORMATS.map(({ format, label }) => ({
    label: `${label}, up to ${count(MOST_ROWS)} rows`,
    onSelect: () => void download(sql, format),
  }));
  return (
    <Menu
      label="Download"
      align="end"
      trigger={
        <Button variant="ghost" icon={<Download />}>
          Download
        </Button>
      }
      items={items}
    />
  );
}

async function download(sql: string, format: ResultFormat): Promise<void> {
  try {
    const url = URL.createObjectURL(await downloadQuery(sql, format));
    const link = document.createElement("a");
    link.href = url;
    link.download = fileName(sql, new Date(), format);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), { tone: "bad" });
  }
}
