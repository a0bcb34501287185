<?php
// ruleid: php-model-unguarded
class User extends Model {
    protected $guarded = [];
}
// ok: php-model-unguarded
class Order extends Model {
    protected $fillable = ['name'];
}
// ok: php-model-unguarded
class Item extends Model {
    protected $guarded = ['id', 'owner'];
}
// ok: php-model-unguarded
class Table {
    protected $guarded = [];
}
// ruleid: php-model-unguarded
Model::unguard();
// ok: php-model-unguarded
Model::reguard();
