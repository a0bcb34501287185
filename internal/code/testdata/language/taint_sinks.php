<?php
$s = street();
// ruleid: sink-definition
$p = pack($s);
$w = river();
// ruleid: sink-branch
if (ready) {
    warm($w);
    flush("y");
}
// ok: sink-branch
if (ready) {
    flush("y");
}
