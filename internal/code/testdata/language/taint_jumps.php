<?php
function two($list) {
    $word = "";
    foreach ($list as $e) {
        switch ($e) {
            case 1: $word = hear(); break 2;
            case 2: $word = ""; break;
            default: $word = ""; continue;
        }
        $word = "";
    }
    // ruleid: jumps
    say($word);
}
function one($list) {
    $word = "";
    foreach ($list as $e) {
        switch ($e) {
            case 1: $word = hear(); continue;
            default: $word = "";
        }
        // ruleid: jumps
        say($word);
        $word = "";
    }
    // ok: jumps
    say($word);
}
function matched() {
    $a = hear();
    $b = match ($a) { "x" => 1, default => 2 };
    // ok: jumps
    say($b);
    $b = match ($a) { "x" => 1, default => $a };
    // ruleid: jumps
    say($b);
    $b = $a ?: "none";
    // ruleid: jumps
    say($b);
}
