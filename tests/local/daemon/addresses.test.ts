import assert from "node:assert/strict";
import { test } from "tap";
import { AddressBook } from "../../../local/daemon/addresses.ts";
import { temporaryDirectory } from "./started-region.ts";

test("an owner keeps its address of a zone, also over a restart", async () => {
  using folder = temporaryDirectory();
  const book = new AddressBook(folder.path, "127.201");
  assert.equal(book.claim(1, "task/a"), "127.201.1.10");
  assert.equal(book.claim(1, "task/b"), "127.201.1.11");
  assert.equal(book.claim(2, "task/a"), "127.201.2.10");
  assert.equal(new AddressBook(folder.path, "127.201").claim(1, "task/b"), "127.201.1.11");
});

test("a released address is reused only after all others of its zone", async () => {
  using folder = temporaryDirectory();
  const book = new AddressBook(folder.path, "127.201");
  for (let host = 10; host <= 250; host += 1)
    assert.equal(book.claim(1, `task/${host}`), `127.201.1.${host}`);
  assert.throws(() => book.claim(1, "task/one-more"), { code: "DMM_LOCAL_ADDRESSES_EXHAUSTED" });
  book.release("task/10");
  book.release("task/200");
  assert.equal(book.claim(1, "task/x"), "127.201.1.10");
  assert.equal(book.claim(1, "task/y"), "127.201.1.200");
});
