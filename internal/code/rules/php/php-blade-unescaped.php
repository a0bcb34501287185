{{-- ruleid: php-blade-unescaped --}}
<p>{!! $comment->text !!}</p>
{{-- ok: php-blade-unescaped --}}
<p>{{ $comment->text }}</p>
{{-- ruleid: php-blade-unescaped --}}
<p>{!! request('q') !!}</p>
{{-- ok: php-blade-unescaped --}}
<p>{!! nl2br(e($comment->text)) !!}</p>
{{-- ok: php-blade-unescaped --}}
<p>{!! $users->links() !!}</p>
{{-- ok: php-blade-unescaped --}}
<p>{!! __('Welcome') !!}</p>
