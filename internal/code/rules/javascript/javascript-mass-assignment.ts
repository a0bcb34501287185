import { Body, Controller, Post } from "@nestjs/common";

@Controller("users")
export class UsersController {
  @Post("any")
  createAny(@Body() body: any) {
    // ruleid: javascript-mass-assignment
    return this.userRepository.save(body);
  }

  @Post()
  create(@Body() body: CreateUserDto) {
    // ok: javascript-mass-assignment
    return this.userRepository.save(body);
  }
}
