/** Ask anew after a write. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";

/**
 * What is on its way was asked before the write and may be older than it: it is dropped first. A query that has no data yet
 * would otherwise take that answer for the new one.
 */
export async function refresh(client: QueryClient, queryKey: QueryKey = []): Promise<void> {
  await client.cancelQueries({ queryKey });
  await client.invalidateQueries({ queryKey });
}
