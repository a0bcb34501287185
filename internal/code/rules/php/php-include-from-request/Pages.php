<?php
namespace App;

class Pages {
  private $folder;

  public function __construct($folder) {
    $this->folder = $folder;
  }

  public function show($page) {
    // ruleid: php-include-from-request
    include $this->folder . $page . '.php';
  }

  public function named($page) {
    // ok: php-include-from-request
    include $this->folder . basename($page) . '.php';
  }
}
