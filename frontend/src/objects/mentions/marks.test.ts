import { describe, expect, it } from "vitest";
import { partsOf, peopleIn, plainOf, queryAt, storedOf, uniqueName } from "./marks";

const FANG = { id: "01900000-0000-7000-8000-000000000001", name: "王芳" };
const FANGFANG = { id: "01900000-0000-7000-8000-000000000002", name: "王芳芳" };

describe("mentions in a text", () => {
  it("come back as they were stored", () => {
    const stored = `请 @[王芳](${FANG.id}) 看，还有@[王芳芳](${FANGFANG.id})。`;
    expect(plainOf(stored)).toBe("请 @王芳 看，还有@王芳芳。");
    expect(peopleIn(stored)).toEqual([FANG, FANGFANG]);
    expect(storedOf(plainOf(stored), peopleIn(stored))).toBe(stored);
  });

  it("take the longest name", () => {
    expect(storedOf("@王芳芳 和 @王芳", [FANG, FANGFANG])).toBe(
      `@[王芳芳](${FANGFANG.id}) 和 @[王芳](${FANG.id})`,
    );
  });

  it("are only those that were picked", () => {
    expect(storedOf("@李雷 写信到 a@王芳", [])).toBe("@李雷 写信到 a@王芳");
    expect(partsOf("@[x](javascript:alert)")).toEqual(["@[x](javascript:alert)"]);
  });

  it("are searched for behind an @, in Chinese without a space, not in an address", () => {
    expect(queryAt("请@wang", 6)).toBe("wang");
    expect(queryAt("@", 1)).toBe("");
    expect(queryAt("mail me@kemai", 13)).toBeNull();
    expect(queryAt("请@王芳 看", 6)).toBeNull();
    expect(queryAt("没有", 2)).toBeNull();
  });

  it("tell namesakes apart", () => {
    expect(uniqueName({ ...FANG, id: FANGFANG.id, sub: "华东一部" }, [FANG])).toBe("王芳·华东一部");
    expect(uniqueName(FANG, [FANG])).toBe("王芳");
  });
});
