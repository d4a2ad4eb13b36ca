import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { writeScore } from "@/api/scores";
import { Button, Popover } from "@/design";
import { ScoreForm } from "@/trace/span/ScoreForm";
import { traceKey } from "./queries";
import styles from "./screen.module.css";

/** Judge the whole trace without leaving it. */
export function AddScore({ traceId }: { traceId: string }) {
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="ghost" size="sm" icon={<Plus />}>
          Score
        </Button>
      }
    >
      <div className={styles.popover}>
        <ScoreForm
          onWrite={async (score) => {
            await writeScore({ ...score, trace_id: traceId });
            await client.invalidateQueries({ queryKey: traceKey(traceId) });
          }}
          onDone={() => setOpen(false)}
        />
      </div>
    </Popover>
  );
}
