import { fullTime, time } from "@/format";
import { usePreferences } from "@/state/preferences";

/** A time in the zone the user chose, with all there is to it on hover. */
export function When({ at }: { at: string }) {
  const { zone } = usePreferences();
  return (
    <time dateTime={at} title={fullTime(at, zone)}>
      {time(at, zone)}
    </time>
  );
}
