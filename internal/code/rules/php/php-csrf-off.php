<?php
// ruleid: php-csrf-off
class VerifyCsrfToken extends Middleware {
    protected $except = ['*'];
}
// ok: php-csrf-off
class VerifyOther extends Middleware {
    protected $except = ['webhooks/stripe'];
}
class TaskType {
    public function options($resolver) {
        // ruleid: php-csrf-off
        $resolver->setDefaults(['csrf_protection' => false, 'data_class' => Task::class]);
        // ok: php-csrf-off
        $resolver->setDefaults(['csrf_protection' => true]);
        // ok: php-csrf-off
        $resolver->setDefaults(['data_class' => Task::class]);
        // ruleid: php-csrf-off
        Route::post('/x', 'X@y')->withoutMiddleware(VerifyCsrfToken::class);
        // ok: php-csrf-off
        Route::post('/x', 'X@y')->withoutMiddleware(Throttle::class);
    }
}
