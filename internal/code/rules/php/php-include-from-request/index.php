<?php
use App\Pages;

$pages = new Pages('pages/');
$pages->show($_GET['page']);
$pages->named($_GET['page']);
