<?php
try {
  f();
} catch (\Throwable $e) {
  g();
// ruleid: php-handler-order
} catch (\Exception $e) {
  h();
}
try {
  f();
} catch (\Exception $e) {
  g();
// ok: php-handler-order
} catch (\Error $e) {
  h();
}
