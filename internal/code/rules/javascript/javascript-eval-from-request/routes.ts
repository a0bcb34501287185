import { Calculator } from './calculator';

export function route(req: Request, calculator: Calculator) {
  calculator.compute(req.query.formula);
  calculator.parse(req.query.formula);
}
