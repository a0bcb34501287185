<?php
// ruleid: php-unused-import
use App\Models\User;
// ok: php-unused-import
use App\Models\Order;
// ruleid: php-unused-import
use App\Helper as H;
// ok: php-unused-import
use App\Tool as T;
$o = new Order();
T::run();
