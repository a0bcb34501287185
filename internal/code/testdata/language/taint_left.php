<?php
// ruleid: left-index
$shelf[key()] = 1;
$name = key();
// ruleid: left-index
$shelf[$name] = 2;
// ok: left-index
$shelf["top"] = key();
