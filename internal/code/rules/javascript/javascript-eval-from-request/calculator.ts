export class Calculator {
  compute(formula: string) {
    // ruleid: javascript-eval-from-request
    return eval(formula);
  }

  parse(formula: string) {
    // ok: javascript-eval-from-request
    eval('1 + 1');
    return JSON.parse(formula);
  }
}
