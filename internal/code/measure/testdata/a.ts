interface I { m(a: number): void; }
abstract class B<T extends string> {
  abstract a(): void;
  constructor(private readonly x?: number) {} // @+1/0
  m(a: number): number; // two signatures, one body
  m(a: number | string): number { // @+1/0
    for (const k in this) { if (k) return 1; } // @+2/3
    return a as number;
  }
}
const f = <T,>(x: T): T => x && x; // @+2/1
