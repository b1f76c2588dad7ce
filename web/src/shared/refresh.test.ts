import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { refresh } from "./refresh";

it("an answer that was on its way before the write is not taken for the one after it", async () => {
  const client = new QueryClient();
  let stored = "before";
  const waiting: (() => void)[] = [];
  const query = {
    queryKey: ["patient", "p-1", "assessment"],
    // The server answers with what it knew when it was asked.
    queryFn: () => {
      const known = stored;
      return new Promise<string>((answer) => waiting.push(() => answer(known)));
    },
  };
  const stop = new QueryObserver(client, query).subscribe(() => undefined);
  stored = "after";
  const done = refresh(client, ["patient", "p-1"]);
  await new Promise((turn) => setTimeout(turn, 0));
  waiting.forEach((answer) => answer());
  await done;
  expect(client.getQueryData(query.queryKey)).toBe("after");
  stop();
});
