import used from "a";
// ruleid: javascript-unused-import
import left from "b";
// ruleid: javascript-unused-import
import { one, two as second } from "c";
// ok: javascript-unused-import
import * as all from "d";
// ok: javascript-unused-import
import "effects";
used(one, all.x);
